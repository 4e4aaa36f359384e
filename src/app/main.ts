import { mount } from 'svelte'
import '../editor/theme.css'
import '../editor/fields.css'
import '../editor/dialogs.css'
import '../editor/contrast.css'
import App from './App.svelte'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
mount(App, { target })
