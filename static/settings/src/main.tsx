import { createRoot } from 'react-dom/client';
import { followTheme } from './api/app';
import './settings.css';
import { Settings } from './settings';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id root.');
void followTheme();
createRoot(root).render(<Settings />);
