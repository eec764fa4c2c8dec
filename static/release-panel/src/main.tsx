import { createRoot } from 'react-dom/client';
import { followTheme } from './api/app';
import './panel.css';
import { Panel } from './panel';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id root.');
void followTheme();
createRoot(root).render(<Panel />);
