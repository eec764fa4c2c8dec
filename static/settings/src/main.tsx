import { createRoot } from 'react-dom/client';
import '@atlaskit/css-reset';
import { followTheme } from '../../shared/src/api/app';
import '../../shared/src/base.css';
import { Settings } from './settings';
import './settings.css';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id root.');
document.documentElement.lang = 'en';
void followTheme();
createRoot(root).render(<Settings />);
